"""Mails and mailboxes -> articles.

Here
    mailboxes                               files -> the mails in them, handed to workers
In a worker
    messages                                a mail's text and what its head says
"""
