"""Exchange: messages between nodes of different authorities, and their proof."""
