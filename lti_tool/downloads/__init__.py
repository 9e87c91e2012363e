"""FORMS TO TAKE ALONG: the programme's templates as ODT and XLSX, made by code: accessible, without macros."""
