"""Pages that residents and the public see: mobile web that works without JavaScript."""
