"""Where a request may go, judged as text and by address."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.destination import Allow, UnsafeUrl, check_url, is_public, read_url
from tests.core.vectors import load

VECTORS = load("ssrf_urls")
NOTHING = Allow()


@pytest.mark.parametrize("url", VECTORS["deny"], ids=lambda url: ascii(url)[:60])
def test_hostile_urls_are_refused_when_saved(url: str):
    with pytest.raises(UnsafeUrl) as refused:
        check_url(url, NOTHING)
    assert refused.value.status == 422


@pytest.mark.parametrize("url", VECTORS["allow"])
def test_ordinary_urls_are_allowed(url: str):
    check_url(url, NOTHING)


@pytest.mark.parametrize(
    "address",
    [a for trap in VECTORS["python_3_11_7_ipaddress_traps"].values() for a in trap]
    + ["::1", "::", "::ffff:8.8.8.8", "fe80::1%eth0", "2606:4700::1%eth0", "2001:db8::1", "168.63.129.16", "192.0.0.8"]
    + ["0.0.0.0", "255.255.255.255", "169.254.169.254", "172.31.0.1", "100.127.255.255"],
)
def test_addresses_that_are_not_one_public_host_are_not_public(address: str):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "100.128.0.1", "172.32.0.1", "2606:4700:4700::1111", "2a00::1"]
)
def test_public_addresses_are_public(address: str):
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses())
def test_no_address_that_python_calls_inner_is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address):
    inner = address.is_private or address.is_loopback or address.is_link_local or address.is_multicast
    assert not (inner or address.is_reserved or address.is_unspecified) or not is_public(address)


def test_what_is_allowed_is_allowed_at_its_port_only():
    allow = Allow.parse("10.0.0.0/8, 127.0.0.1/32:9000,[fd00::]/8:443,::1,fe00::/9,192.168.1.7")
    for url in (
        "http://10.1.2.3/x",
        "http://10.1.2.3:81/x",
        "http://127.0.0.1:9000/callback",
        "https://[fd00::1]/x",
        "http://[::1]:9000/",
        "http://192.168.1.7/",
        "http://localhost:9000/callback",
        "http://agent:9000/callback",
        "https://hooks.example.com/x",
    ):
        check_url(url, allow)
    for url in (
        "http://127.0.0.1:9001/",
        "http://127.0.0.2:9000/",
        "http://[fd00::1]/",
        "http://11.0.0.1.nip/\n",
        "http://169.254.169.254/",
    ):
        with pytest.raises(UnsafeUrl):
            check_url(url, allow)
    with pytest.raises(UnsafeUrl):
        check_url("http://localhost:9001/callback", Allow.parse("127.0.0.1/32:9000"))


@pytest.mark.parametrize(
    "text",
    ["10.0.0.0/33", "10.0.0.1/8", "x", "127.0.0.1:0", "127.0.0.1:99999", "fd00::/8:443:", "[::1", "*", "http://a"],
)
def test_a_malformed_allowance_is_named(text: str):
    with pytest.raises(ValueError, match="neither CIDR nor CIDR:port"):
        Allow.parse(f"10.0.0.0/8,{text}")


def test_an_empty_allowance_allows_nothing():
    assert Allow.parse("") == Allow.parse(" , ") == NOTHING


def test_a_url_is_taken_apart():
    plain = read_url("HTTP://Hooks.Example.COM.?a=b")
    assert (plain.scheme, plain.host, plain.port, plain.target) == ("http", "hooks.example.com", 80, "/?a=b")
    assert plain.host_header == "hooks.example.com"
    assert read_url("https://[2606:4700::1]:8443/a").host_header == "[2606:4700::1]:8443"
    assert read_url("https://a.example.com:443/a").host_header == "a.example.com"


@given(st.text())
def test_any_text_is_a_url_or_refused(text: str):
    for url in (text, f"http://{text}/", f"https://a.example.com:{text}", f"http://a.example.com/{text}"):
        try:
            check_url(url, NOTHING)
        except UnsafeUrl:
            continue
        assert url.isascii()
