"""Sixty glyphs of our own: a 16 px grid, strokes of 1.5 px in the colour of the text. The inside of each `<svg>`."""

from __future__ import annotations

# fmt: off
ICONS: dict[str, str] = {
    "inbox": '<path d="M2.5 9.5 4 3.5h8l1.5 6v3h-11z"/><path d="M2.5 9.5h3.2c.2 1.2 1.1 2 2.3 2s2.1-.8 2.3-2h3.2"/>',
    "bot": '<rect x="3" y="4.5" width="10" height="8" rx="2"/><path d="M8 4.5V2.2M6 8v1M10 8v1M1.2 8v2M14.8 8v2"/>',
    "chart": '<path d="M2.5 13.5h11"/><path d="M4.5 11V8M8 11V3.5M11.5 11V6"/>',
    "chain": (
        '<path d="M6.5 9.5 9.5 6.5"/>'
        '<path d="M7.5 4.6 9 3.1a2.7 2.7 0 0 1 3.9 3.9l-1.5 1.5M8.5 11.4 7 12.9A2.7 2.7 0 0 1 3.1 9l1.5-1.5"/>'
    ),
    "route": (
        '<circle cx="3.5" cy="8" r="1.5"/>'
        '<circle cx="12.5" cy="4" r="1.5"/>'
        '<circle cx="12.5" cy="12" r="1.5"/>'
        '<path d="M5 8h1.5c2 0 2-4 4.5-4M6.5 8c2 0 2 4 4.5 4"/>'
    ),
    "steps": '<path d="M2.5 13.5h3.2v-3.2h3.3V7h3.2V3.5"/><path d="m10.4 5.2 1.8-1.8L14 5.2"/>',
    "swap": '<path d="M3 5.5h8.5M9.3 3.2l2.3 2.3-2.3 2.3M13 10.5H4.5M6.7 8.2 4.4 10.5l2.3 2.3"/>',
    "people": (
        '<circle cx="6" cy="5.5" r="2.3"/>'
        '<path d="M1.8 13c.3-2.4 1.9-3.8 4.2-3.8s3.9 1.4 4.2 3.8"/>'
        '<path d="M10.6 3.5a2.2 2.2 0 0 1 0 4.2M12 9.7c1.3.5 2.1 1.6 2.3 3.3"/>'
    ),
    "code": '<path d="m5.5 5-3 3 3 3M10.5 5l3 3-3 3M9 3.5l-2 9"/>',
    "gear": (
        '<circle cx="8" cy="8" r="2"/>'
        '<path d="M8 1.8v1.7M8 12.5v1.7M1.8 8h1.7M12.5 8h1.7M3.6 3.6l1.2 1.2M11.2 11.2l1.2 1.2M12.4 3.6l-1.2 '
        '1.2M4.8 11.2l-1.2 1.2"/>'
    ),
    "search": '<circle cx="7" cy="7" r="4.2"/><path d="m10.2 10.2 3.3 3.3"/>',
    "check": '<path d="m3 8.5 3.3 3.3L13 5"/>',
    "cross": '<path d="m4 4 8 8M12 4l-8 8"/>',
    "pencil": '<path d="m10.8 2.7 2.5 2.5L5.8 12.7l-3.3.8.8-3.3z"/>',
    "ask": (
        '<path d="M2.5 3.5h11v8h-6l-3 2.3v-2.3h-2z"/>'
        '<path d="M6.7 6.1c.1-.7.7-1.1 1.3-1.1.8 0 1.4.5 1.4 1.2 0 .9-1.3 1-1.3 1.9"/>'
        '<circle class="f" cx="8.1" cy="9.7" r=".75"/>'
    ),
    "clock": '<circle cx="8" cy="8" r="5.7"/><path d="M8 4.8V8l2.2 1.5"/>',
    "bolt": '<path d="M9 1.8 3.5 9H8l-1 5.2L12.5 7H8z"/>',
    "warning": '<path d="M8 2.3 14.3 13H1.7z"/><path d="M8 6.3v3"/><circle class="f" cx="8" cy="11.2" r=".8"/>',
    "info": '<circle cx="8" cy="8" r="5.7"/><path d="M8 7.4v3.4"/><circle class="f" cx="8" cy="5.2" r=".85"/>',
    "lock": '<rect x="3.5" y="7" width="9" height="6.5" rx="1.5"/><path d="M5.5 7V5.2a2.5 2.5 0 0 1 5 0V7"/>',
    "undo": '<path d="M3.2 6.5h6.3a3.3 3.3 0 0 1 0 6.6H6.2"/><path d="M5.8 3.8 3.1 6.5l2.7 2.7"/>',
    "down": '<path d="m4.5 6.5 3.5 3.5 3.5-3.5"/>',
    "right": '<path d="m6.5 4.5 3.5 3.5-3.5 3.5"/>',
    "left": '<path d="m9.5 4.5-3.5 3.5 3.5 3.5"/>',
    "arrow": '<path d="M3 8h10M9.5 4.5 13 8l-3.5 3.5"/>',
    "up-arrow": '<path d="M8 13V3M4.5 6.5 8 3l3.5 3.5"/>',
    "down-arrow": '<path d="M8 3v10M4.5 9.5 8 13l3.5-3.5"/>',
    "plus": '<path d="M8 3.2v9.6M3.2 8h9.6"/>',
    "more": (
        '<circle class="f" cx="3.5" cy="8" r="1.2"/>'
        '<circle class="f" cx="8" cy="8" r="1.2"/>'
        '<circle class="f" cx="12.5" cy="8" r="1.2"/>'
    ),
    "hash": '<path d="M6.3 2.5 5 13.5M11 2.5 9.7 13.5M2.7 6h11M2.3 10h11"/>',
    "mail": '<rect x="2" y="3.5" width="12" height="9" rx="1.5"/><path d="m2.5 4.8 5.5 4 5.5-4"/>',
    "bell": '<path d="M3.5 11.5c1-1 1-2.5 1-4a3.5 3.5 0 0 1 7 0c0 1.5 0 3 1 4zM6.8 13.7h2.4"/>',
    "phone": '<rect x="4.5" y="1.8" width="7" height="12.4" rx="1.5"/><path d="M7.3 12h1.4"/>',
    "filter": '<path d="M2.5 4h11M4.5 8h7M6.7 12h2.6"/>',
    "open": '<path d="M9.5 2.8h3.7v3.7M13 3 7.5 8.5M11.5 9.5v3.2h-8.2V4.5h3.2"/>',
    "copy": '<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M10.5 5.3V2.5h-8v8h2.8"/>',
    "sun": (
        '<circle cx="8" cy="8" r="2.8"/>'
        '<path d="M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 '
        '11.7l-.9.9"/>'
    ),
    "calendar": '<rect x="2.5" y="3.5" width="11" height="10" rx="1.5"/><path d="M2.5 6.8h11M5.5 2v2.5M10.5 2v2.5"/>',
    "shield": '<path d="M8 1.8 13 3.6v4c0 3-2 5.3-5 6.6-3-1.3-5-3.6-5-6.6v-4z"/><path d="m5.7 7.9 1.7 1.7 3-3.2"/>',
    "pause": '<path d="M5.5 3.5v9M10.5 3.5v9"/>',
    "play": '<path d="M5 3.2 12.5 8 5 12.8z"/>',
    "eye": '<path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8z"/><circle cx="8" cy="8" r="1.9"/>',
    "download": '<path d="M8 2.5v7.3M4.8 6.8 8 10l3.2-3.2M2.8 13.3h10.4"/>',
    "again": '<path d="M13 8a5 5 0 1 1-1.5-3.6L13 5.8M13 2.5v3.3H9.7"/>',
    "server": (
        '<rect x="2.5" y="2.8" width="11" height="4.4" rx="1.2"/>'
        '<rect x="2.5" y="8.8" width="11" height="4.4" rx="1.2"/>'
        '<path d="M5 5h.01M5 11h.01"/>'
    ),
    "receipt": (
        '<path d="M3.5 2.2h9v11.6l-1.8-1.2-1.4 1.2-1.3-1.2-1.3 1.2-1.4-1.2-1.8 1.2z"/>'
        '<path d="M6 5.7h4M6 8.5h4"/>'
    ),
    "tag": '<path d="M8.5 2.5H13.5V7.5L7.8 13.2 2.8 8.2z"/><circle class="f" cx="11" cy="5" r="1"/>',
    "refund": '<path d="M3 5.5h7a3.5 3.5 0 0 1 0 7H5.5"/><path d="M5.5 3 3 5.5 5.5 8"/><path d="M8.5 8.8h1.8"/>',
    "send": '<path d="M14 2.2 1.8 6.7l4.9 2.2L14 2.2 9 14.2 6.7 8.9"/>',
    "coin": '<circle cx="8" cy="8.5" r="5.2"/><path d="M6.3 6.8h3.4l-3.4 3.6h3.4M3 2.5 1.5 4M13 2.5 14.5 4"/>',
    "trend": '<path d="M2.5 10.5 6 7l2.5 1 3-3M9 4.5h3v3"/><path d="M2.5 13.5h11"/>',
    "link": (
        '<path d="M6.5 9.5 9.5 6.5"/>'
        '<path d="M7.5 4.6 9 3.1a2.7 2.7 0 0 1 3.9 3.9l-1.5 1.5M8.5 11.4 7 12.9A2.7 2.7 0 0 1 3.1 9l1.5-1.5"/>'
    ),
    "key": '<circle cx="5" cy="11" r="2.7"/><path d="m7 9 6-6M10.5 5.5l2 2"/>',
    "globe": (
        '<circle cx="8" cy="8" r="5.7"/>'
        '<path d="M2.3 8h11.4M8 2.3c3.5 3.5 3.5 7.9 0 11.4-3.5-3.5-3.5-7.9 0-11.4z"/>'
    ),
    "minus": '<path d="M3.5 8h9"/>',
    "moon": '<path d="M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z"/>',
    "flag": '<path d="M4 14V2.5h8l-1.8 3 1.8 3H4"/>',
    "cloud": '<path d="M4.5 12.5a3 3 0 0 1-.3-6 4 4 0 0 1 7.7.7 2.7 2.7 0 0 1-.4 5.3z"/>',
    "page": '<path d="M4 2.2h5L12.5 5.7v8.1h-8.5z"/><path d="M9 2.2v3.5h3.5"/>',
    "picture": (
        '<rect x="2.5" y="3" width="11" height="10" rx="1.5"/>'
        '<path d="m3 11 3-3 2.5 2.5L10.5 8.5l2.7 2.7"/>'
        '<circle class="f" cx="6" cy="6" r="1"/>'
    ),
    "risk-low": '<circle cx="8" cy="8" r="4.2"/>',
    "risk-medium": '<path d="M8 2.8 13.2 8 8 13.2 2.8 8z"/><path class="f" d="M8 2.8 13.2 8H2.8z"/>',
    "risk-high": '<path class="f" d="M8 2.2 14.3 13H1.7z"/>',
    "risk-critical": '<path class="f" d="M5.3 1.8h5.4l3.5 3.5v5.4l-3.5 3.5H5.3l-3.5-3.5V5.3z"/>',
}
# fmt: on
