"""Surveys: what people say when they are asked: satisfaction after closing, and the feeling of safety.

in    the nine scores of a reporter who proved to hold the report (the door has checked that), and
      whether it is really settled; anonymous answers about the feeling of safety, one per browser
      and month
out   satisfaction scores without a name, for the indicators; pulse results of months that are over
      (`published_pulse_value`), for the public
never reads a report's words, place, photos or contact; never shows one answer to anybody, the
officer who handled it least of all; writes no event: that somebody answered is nobody's business
"""
