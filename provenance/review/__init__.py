"""The review: the report as a local page on which editors decide.

From the browser inwards
    server, guard                           answers to the page's requests, and who may ask
    desk                                    what the page shows and asks -> decisions
    log                                     decisions -> a file that only grows
"""
