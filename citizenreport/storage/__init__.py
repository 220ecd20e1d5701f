"""Files outside the database: bytes in, a random key out. What they mean is the caller's business.

Photos of confidential reports arrive sealed; nothing here can read them.
"""
