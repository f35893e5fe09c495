"""AWS documentation pages in their real structure, with sentences of our own.

`pages()` gives every page that `data/curated/watched_sentences.csv` watches, by its path on the site, ready to be
served in the place of https://docs.aws.amazon.com. Each watched sentence has one sentence of its own per word that it
is watched for (see `said_by_default`), so that changing one touches no other::

    pages()                                                       # every page as it is by default
    pages({"guide.batch-transform-storage.size": "The storage volume has 60 GB."})   # one watched sentence says this
    pages({"reference.ResourceConfig.VolumeKmsKeyId": ""})        # the member is there and says nothing: vanished
    pages(without=["reference.ResourceConfig.VolumeKmsKeyId"])    # the member itself, or the sentences, are gone

A page can be had in the form of 2018 or of 2026. `guide_page` and `reference_page` build single pages.
"""

from __future__ import annotations

import html
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path, PurePosixPath

from kb.dataset.curated import read_curated
from scrapers.sentences.article import INTRODUCTION, WHOLE_PAGE
from scrapers.sentences.pages import SITE
from scrapers.sentences.watched import TABLE

DATA = Path(__file__).parents[3] / "data"

#: A member that every reference page made here has beside the watched ones.
OTHER_MEMBER = "Tags"

_HEAD_2026 = """<!DOCTYPE html>
    <html xmlns="http://www.w3.org/1999/xhtml" lang="en-US"><head><meta http-equiv="Content-Type" \
content="text/html; charset=UTF-8" /><title>{title} - Amazon SageMaker AI</title>\
<meta name="viewport" content="width=device-width,initial-scale=1" /><meta name="target_state" content="{stem}" />\
<link rel="canonical" href="{site}{name}" /><meta name="guide-locale" content="en_us" />\
<script defer="" src="/assets/r/awsdocs-doc-page.js"></script></head>\
<body class="awsdocs awsui"><div class="awsdocs-container"><awsdocs-header></awsdocs-header>\
<awsui-app-layout id="app-layout"><div id="main-column" dom-region="content"><awsdocs-view class="awsdocs-view">\
<div id="awsdocs-content"><head><title>{title} - Amazon SageMaker AI</title><meta name="keywords" content="a,b" />\
</head><body><div id="main"><div id="breadcrumbs" class="breadcrumb"><a href="/index.html">Documentation</a></div>\
<div id="main-content" class="awsui-util-container"><div id="main-col-body">\
<awsdocs-language-banner data-service="$ctrl.pageService"></awsdocs-language-banner>\
<h1 class="topictitle" id="{stem}">{title}</h1>\
<div class="awsdocs-page-header-container"><awsdocs-page-header></awsdocs-page-header></div>"""
_FOOT_2026 = """<awsdocs-copyright class="copyright-print"></awsdocs-copyright></div>\
<noscript><div><div id="js_error_message"><p><b>Javascript is disabled.</b></p></div></div></noscript>\
<div id="main-col-footer" class="awsui-util-font-size-0"><div class="prev-next"><a href="next.html">Next</a></div>\
</div>\
</div></div></body></div></awsdocs-view></div></awsui-app-layout></div></body></html>
"""
_HEAD_2018 = """<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="en-US"><head>
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8">
<title>{title} - Amazon SageMaker</title>
<link rel="canonical" href="{site}{name}"></head>
<body><div id="content-container"><div id="main-column"><div id="main"><div id="main-content">
<div id="main-col-body">
<table summary="Breadcrumbs"><tr><td><div class="breadcrumb"><a href="/index.html">AWS Documentation</a> &raquo; \
<span class="breadcrumb">{title}</span></div></td></tr></table>
<h1 class="topictitle"><a name="{stem}"></a>{title}</h1>
"""
_FOOT_2018 = """
</div></div></div></div></div>
<div id="footer"><p>Foot of the page</p></div>
</body></html>
"""


def said_by_default(sentence_id: str, words: Iterable[str]) -> str:
    """What a watched sentence says unless a test says otherwise: one sentence per word that it is watched for."""
    said = [f"Here the page speaks of {word}." for word in words]
    return " ".join(said or [f"This is what {sentence_id.rpartition('.')[2]} stands for."])


def pages(
    said: Mapping[str, str] | None = None, *, without: Collection[str] = (), form: int = 2026, data_dir: Path = DATA
) -> dict[str, bytes]:
    """Every watched page.

    Args:
        said: What a watched sentence says instead, by sentence_id; plain text, of one or more sentences.
        without: Sentences whose place (for a member) or whose text (elsewhere) is not on the page.
        form: 2026 or 2018.
        data_dir: Where the watched sentences are.

    Returns:
        The bytes of each page by its path on the site ("/sagemaker/latest/dg/key-management.html").
    """
    said = said or {}
    by_page: dict[str, list[dict[str, str]]] = {}
    for row in read_curated(TABLE.path(data_dir), TABLE):
        if row["source"] == "sagemaker_docs":
            by_page.setdefault(row["document"], []).append(row)
    unknown = {*said, *without} - {row["sentence_id"] for rows in by_page.values() for row in rows}
    if unknown:
        raise KeyError(f"not watched on a page: {', '.join(sorted(unknown))}")
    made = {}
    for name, rows in by_page.items():
        introduction, paragraphs, members = [], [], {}
        for row in rows:
            if row["sentence_id"] in without:
                continue
            words = [word.strip() for word in row["words"].split("|") if word.strip()]
            text = said.get(row["sentence_id"], said_by_default(row["sentence_id"], words))
            if row["place"] == INTRODUCTION:
                introduction.append(text)
            elif row["place"] == WHOLE_PAGE:
                paragraphs.append(text)
            else:
                members[row["place"]] = text
        places = [row["place"] for row in rows if row["place"] not in (INTRODUCTION, WHOLE_PAGE)]
        if "API_" in name or places:
            stem = places[0].rpartition("-")[0] if places else f"sagemaker-{api_name(name)}-request"
            page = reference_page(name, members, introduction=introduction, stem=stem, form=form)
        else:
            page = guide_page(name, paragraphs, form=form)
        made[f"/{name}"] = page
    return made


def api_name(name: str) -> str:
    """`ResourceConfig` of `.../API_ResourceConfig.html`."""
    return PurePosixPath(name).stem.removeprefix("API_")


def page(name: str, body: str, *, title: str = "A page", form: int = 2026) -> bytes:
    """A page with this HTML below its title."""
    head, foot = (_HEAD_2018, _FOOT_2018) if form == 2018 else (_HEAD_2026, _FOOT_2026)
    filled = head.format(title=html.escape(title), stem=PurePosixPath(name).stem, site=SITE, name=name)
    return (filled + body + foot).encode()


def note(text: str, form: int = 2026) -> str:
    """A note in a box."""
    if form == 2018:
        return f'<div class="note"><p>{html.escape(text)}</p></div>'
    return (
        '<div class="awsdocs-note"><div class="awsdocs-note-title"><awsui-icon name="status-info" variant="link">'
        f'</awsui-icon><h6>Note</h6></div><div class="awsdocs-note-text"><p>{html.escape(text)}</p></div></div>'
    )


def guide_page(name: str, paragraphs: Iterable[str], *, form: int = 2026) -> bytes:
    """A page of a developer guide: the paragraphs in turn as paragraph, list, table and note, with others between."""
    stem = PurePosixPath(name).stem
    parts = ["<p>What this page is about stands here.</p>"]
    for n, paragraph in enumerate(paragraphs):
        text = html.escape(paragraph)
        parts.append(
            (
                f"<p>{text}</p>",
                f'<div class="itemizedlist"><ul class="itemizedlist" type="disc"><li class="listitem"><p>{text}</p>'
                "</li></ul></div>",
                f'<div class="table-container"><div class="table-contents"><table id="w1aac{n}"><tr><td>{text}</td>'
                "<td>Yes</td></tr></table></div></div>",
                note(paragraph, form),
            )[n % 4]
        )
        parts.append(f'<h2 id="{stem}-part-{n}">Part {n}</h2><p>Other things are told in part {n}.</p>')
    return page(name, "".join(parts), title="Guide page", form=form)


def reference_page(
    name: str,
    members: Mapping[str, str],
    *,
    introduction: Iterable[str] = (),
    stem: str = "",
    form: int = 2026,
) -> bytes:
    """A page of the API reference or of the CloudFormation guide.

    Args:
        name: Its path below the site.
        members: Text of each member by its id.
        introduction: Paragraphs below the title.
        stem: What the ids of all members begin with; taken from the first member when not given.
        form: 2026 or 2018.
    """
    stem = stem or next(iter(members)).rpartition("-")[0]
    described = [*members.items(), (f"{stem}-{OTHER_MEMBER}", "Labels that can be chosen freely.")]
    title = api_name(name)
    parts = [f"<p>{html.escape(text)}</p>" for text in ["What this is stands here.", *introduction]]
    parts.append(f'<h2 id="{title}_Contents">Contents</h2><div class="variablelist"><dl>')
    parts += [member(anchor, text, form=form) for anchor, text in described]
    parts.append(f'</dl></div><h2 id="{title}_SeeAlso">See Also</h2><p>Further reading.</p>')
    return page(name, "".join(parts), title=title, form=form)


def member(anchor: str, text: str, *, form: int = 2026, facts: str = "") -> str:
    """A member of a reference page: its name and its description, and the lines below it.

    A text with several sentences has the last one in a note, as the sentence on local storage stands.
    """
    name = anchor.rpartition("-")[2]
    first, stop, last = text.rpartition(". ")
    body = f"<p>{html.escape(first + stop)}</p>{note(last, form)}" if stop else f"<p>{html.escape(text)}</p>"
    if anchor.startswith("cfn-"):
        facts = (
            facts or "<p><i>Required</i>: No</p><p><i>Type</i>: String</p><p><i>Update requires</i>: Replacement</p>"
        )
    facts = facts or (
        "<p>Type: String</p><p>Length Constraints: Maximum length of 2048.</p>"
        '<p>Pattern: <code class="code">[a-zA-Z0-9:/_-]*</code></p><p>Required: No</p>'
    )
    if form == 2018:
        return f'<dt><a name="{anchor}"></a><span class="term"><b>{name}</b></span></dt>\n<dd>{body}{facts}</dd>\n'
    return (
        f'<dt><a id="{anchor}"></a><span class="term"><b><code class="code">{name}</code></b></span></dt>'
        f"<dd>{body}{facts}</dd>"
    )
