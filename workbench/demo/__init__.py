"""The demo: build the app, make traffic with attacks, run the shipped searches, show what they found of it."""
