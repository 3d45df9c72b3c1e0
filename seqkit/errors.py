"""The error that means: what was given cannot be used."""


class InputError(ValueError):
    """Data, a file or a setting that cannot be used; the message says what and where.

    Programs over seqkit print the message as one line and exit with code 2.

    Example:
        >>> raise InputError("reviews.csv: no column 'text'; it has: review, stars")
        Traceback (most recent call last):
        ...
        seqkit.errors.InputError: reviews.csv: no column 'text'; it has: review, stars
    """
