"""What is the same for every route: middleware, problems, paging, documentation."""
