"""The pages of the control site: plain HTML that needs no script."""
