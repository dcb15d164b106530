"""The languages that people read: a catalogue of messages each (Fluent), and the voice that says them."""
