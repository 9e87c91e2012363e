"""How items and quizzes measure, from whole-number sums that are kept up to date and can be taken back.

Points are shares of an item's points in ten-thousandths (`x`), so that sums are exact. Only first attempts count.
"""
