"""Numbers to Plotly figures. Every figure carries its own template and colours and a text twin."""
