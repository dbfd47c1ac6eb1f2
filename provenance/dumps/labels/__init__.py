"""What is known of an article beside its text, in whatever form it was written.

Which field it stands in
    columns                                 which column of a table or record holds what
    native_names                            what columns are called in other scripts than the Latin
What it says
    published, day_order                    dates as times; whether the day or the month is first in 03/04/2024
    day_numbers                             days as spreadsheets count them
    publishers                              a publisher's name and its host
    identity                                the ids that articles brought along, or their places; no two alike
What only its text says
    language                                which language it is in
    manipulation                            characters that hide a copy from machines
    garbling                                letters that came in a wrong encoding, or escaped
    stand_ins                               whether it is an article at all, or an error or a wall in its place
"""
