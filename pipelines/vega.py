"""The one script that draws charts in our pages: it is in the page, so that a page needs no network."""

from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory

from platformdirs import user_cache_path


@cache
def vega_script() -> str:
    """Vega, Vega-Lite and Vega-Embed, for between `<script>` and `</script>`; it defines `vegaEmbed`.

    Putting it together takes seconds, so it is kept in the user's cache, where there is room for it.
    """
    versions = "-".join(metadata.version(name) for name in ("altair", "vl-convert-python"))
    kept = user_cache_path("popbase") / f"vega-{versions}.js"
    with suppress(OSError):
        return kept.read_text(encoding="utf-8")
    script = _put_together()
    with suppress(OSError):
        _keep(kept, script)
    return script


def _put_together() -> str:
    import altair as alt
    import vl_convert

    version = alt.SCHEMA_VERSION.rpartition(".")[0]
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", version).replace("</script", "<\\/script")


def _keep(place: Path, script: str) -> None:
    """Write a file whole or not at all, as other processes may do the same."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=place.parent) as folder:
        copy = Path(folder) / place.name
        copy.write_text(script, encoding="utf-8")
        copy.replace(place)
