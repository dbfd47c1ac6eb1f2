"""Tables -> files and the HTML report."""
