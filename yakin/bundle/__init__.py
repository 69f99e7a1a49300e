"""Installation bundles for closed networks: one zip with the project's own files and all wheels, installed offline.

`making` puts a bundle together; `install` is the program in it that installs it, and needs nothing but Python.
"""
