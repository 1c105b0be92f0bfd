"""Who says what when, and what the person was told: prompts and marks, pure and without a clock."""
