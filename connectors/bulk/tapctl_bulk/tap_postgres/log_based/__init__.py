"""LOG_BASED: the changes of tables since the saved position in the log, through `pgoutput`."""
