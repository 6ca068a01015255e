"""Jobs: long work that people start on the pages, done in processes beside the web server."""
