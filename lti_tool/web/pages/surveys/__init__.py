"""Pages of surveys: the questionnaire, results for who teaches, readers, and surveys that anybody may answer."""
