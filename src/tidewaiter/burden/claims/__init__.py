"""What a sentence claims of overdose deaths, and which official figures bear it out."""
