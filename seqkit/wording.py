"""Words that follow numbers."""


def counted(number: int, noun: str) -> str:
    """Give a number and its noun, in the plural unless it is one.

    Example:
        >>> counted(1, "reading"), counted(2, "reading"), counted(0, "gap")
        ('1 reading', '2 readings', '0 gaps')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
