"""The one script that draws charts in our pages: it is in the page, so that a page needs no network."""

from functools import cache


@cache
def vega_script() -> str:
    """Vega, Vega-Lite and Vega-Embed, for between `<script>` and `</script>`; it defines `vegaEmbed`."""
    import altair as alt
    import vl_convert

    version = alt.SCHEMA_VERSION.rpartition(".")[0]
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", version).replace("</script", "<\\/script")
