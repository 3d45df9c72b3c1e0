"""The errors of seqkit that a program over it tells its user in one line."""


class InputError(ValueError):
    """Data, a file or a setting that cannot be used; the message says what and where.

    Programs over seqkit print the message as one line and exit with code 2.

    Example:
        >>> raise InputError("reviews.csv: no column 'text'; it has: review, stars")
        Traceback (most recent call last):
        ...
        seqkit.errors.InputError: reviews.csv: no column 'text'; it has: review, stars
    """


class ExportError(RuntimeError):
    """A SavedModel does not answer as the live model does; nothing was written.

    Example:
        >>> issubclass(ExportError, RuntimeError)
        True
    """
