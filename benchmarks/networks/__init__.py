"""All networks of seqkit: their speed, what they learn, and the table of them."""
