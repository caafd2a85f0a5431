"""What figures are made by: the rates at which money is converted, reports, and where these hang."""
