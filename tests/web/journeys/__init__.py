"""What people of a centre do in a day, from page to page in a browser."""
