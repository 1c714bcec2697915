"""What would become of an action: who would be asked, when and by which channel, and how it would end."""
