// Closes the registration when the tool says so; like Moodle, it does not look at the origin.
window.addEventListener('message', (event) => {
  if (event.data && event.data.subject === 'org.imsglobal.lti.close') {
    window.location.href = document.getElementById('back').href
  }
})
