"""Pages, feeds and web archives -> articles: files are cut here; what is hostile in them is parsed in a worker.

Here
    web_pages, feeds, web_archives          files -> the pages in them, handed to workers
In a worker
    pages, page_labels, page_dates          a page's text; what it says of itself; and of its dates
    feed_items, news_items                  a feed's items; those of news agencies' XML (NITF, NewsML)
    captures                                what was fetched, as a web archive keeps it
In both
    markup                                  text out of HTML without a tree
"""
