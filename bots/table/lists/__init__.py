"""What is done to whole lists: joined, filtered, sorted, added up, compared with their last version, rid of doubles."""
