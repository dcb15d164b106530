"""The programme guide: the policies as pages for people who run the programme, in HTML and in Markdown."""
