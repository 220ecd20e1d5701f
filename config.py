"""Settings, read once from the environment. The package never reads it: it is given settings."""
