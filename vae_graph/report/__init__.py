"""Reports of runs as one HTML file that needs nothing beside it.

    run = ReportRun("VAE", config.to_dict(), run_directory.read_metrics(),
                    evaluation, [Picture("Samples", "", png_bytes)])
    html = build_report([run], title="A VAE of MNIST")

Pure functions of plain data, without TensorFlow and NumPy. A module for each
section of the page makes its view, plain values in their order; the template of
the same name in `templates/` lays them out, and `report.css` gives them looks.
"""

from vae_graph.report.page import build_report
from vae_graph.report.run import Picture, ReportRun

__all__ = ["Picture", "ReportRun", "build_report"]
