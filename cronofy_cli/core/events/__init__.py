"""Events, how they differ, and how their times are described."""
