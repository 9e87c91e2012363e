// The platform's side of "LTI postMessage Storage" 0.1: keeps values for tools, for each origin apart, until the page is left.
const kept = new Map()

function answerTo (message, origin) {
  const place = JSON.stringify([origin, message.key])
  switch (message.subject) {
    case 'lti.capabilities':
      return { supported_messages: [{ subject: 'lti.capabilities' }, { subject: 'lti.put_data' }, { subject: 'lti.get_data' }] }
    case 'lti.put_data':
      if (message.value === null || message.value === undefined) {
        kept.delete(place)
      } else {
        kept.set(place, message.value)
      }
      return { key: message.key, value: message.value }
    case 'lti.get_data':
      return { key: message.key, value: kept.get(place) ?? null }
  }
}

window.addEventListener('message', (event) => {
  const message = event.data
  const answer = message && message.message_id ? answerTo(message, event.origin) : undefined
  if (answer) {
    event.source.postMessage({ subject: `${message.subject}.response`, message_id: message.message_id, ...answer }, event.origin)
  }
})
