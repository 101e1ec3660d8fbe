"""Units, officers, the posts they hold, duty, delegation and leave."""
