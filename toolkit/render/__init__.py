"""A view made into a workbook, a page or a message. Renderers choose and format; they do not compute."""
