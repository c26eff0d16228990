"""A view as a lesson: steps with sentences, speaker notes, sources and figures; the room guesses before it sees."""
