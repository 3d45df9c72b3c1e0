"""What the site does beside Sphinx and its extensions."""
