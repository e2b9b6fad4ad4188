from tabulate import tabulate


def callme(text):
    letters = sorted(set(text))
    return tabulate([[letter, text.count(letter)] for letter in letters], headers=["letter", "count"])
