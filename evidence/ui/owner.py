"""Whether this session is the owner's: the token comes in the address or is pasted, and stays in the session alone."""

import streamlit as st

from evidence.api import local_access, owner_token

_GIVEN, _TYPED, _WRONG = "owner-token", "owner-token-typed", "owner-token-wrong"


def take_from_address() -> None:
    """Keep the token of the address for the session, and take it out of the address before anything is drawn."""
    given = st.query_params.get_all(owner_token.PARAMETER)
    if given:
        del st.query_params[owner_token.PARAMETER]
        _offer(given[-1])


def _offer(text: str) -> None:
    if owner_token.is_owner(text):
        st.session_state[_GIVEN] = text.strip()
        st.session_state.pop(_WRONG, None)
    else:
        st.session_state[_WRONG] = True


def _typed() -> None:
    _offer(str(st.session_state.get(_TYPED) or ""))
    st.session_state[_TYPED] = ""


def is_reachable_here_only() -> bool:
    """Return whether only this computer can have sent the request, as far as addresses and headers tell."""
    headers = st.context.headers
    pairs = [(name, value) for name in headers for value in headers.get_all(name)]
    return local_access.is_local(st.get_option("server.address"), local_access.ARRIVALS, pairs)


def may_save() -> bool:
    """Return whether this session may write: the server is local to this computer and the owner's token was given."""
    return owner_token.is_owner(st.session_state.get(_GIVEN)) and is_reachable_here_only()


def say_how_to_save(otherwise: str) -> None:
    """Say why nothing is written here, and how the owner can; `otherwise` is what anybody can do instead."""
    if not is_reachable_here_only():
        st.info(
            f"Other computers can reach this page, so nothing is written here. {otherwise} Or start the dashboard with "
            "`--server.address localhost` and open it there, by that name and without a proxy.",
            icon=":material/lock:",
        )
        return
    st.info(
        "Only the owner of this server can save, so nothing is written here yet. The terminal in which it was started "
        f"shows an address with a token: open that address, or paste the token below. {otherwise}",
        icon=":material/lock:",
    )
    st.text_input(
        "The owner's token", key=_TYPED, type="password", on_change=_typed, width=420, autocomplete="off",
        placeholder="from the terminal that started the server",
    )  # fmt: skip
    if st.session_state.get(_WRONG):
        st.error("This is not the token of this server. It changes at each start unless the environment names one.")
