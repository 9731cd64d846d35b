"""The written report on a fund's year: texts that people enter, data from the book and the indicators, one paper in Word and PDF."""
