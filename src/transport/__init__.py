"""The HTTP layers around the API and the pages: request ids, sizes, log and metrics."""
