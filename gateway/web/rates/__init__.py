"""Exchange rates on the pages: taking in the files of the central bank."""
