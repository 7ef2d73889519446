"""Register the options and checks of the lessons, for each way to call pytest."""

pytest_plugins = ["course.plugin"]
