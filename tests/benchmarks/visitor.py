"""A visitor without a browser: speaks Streamlit's websocket messages, and counts what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

WAITS_S = 120
# Browsers keep messages of this size and more, and say so, so that they are not sent again.
KEPT_FROM_BYTES = 10_000


@dataclass
class Answer:
    """What one run of a page sent: the sizes of all messages in bytes."""

    sizes: list[int] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Bytes of all messages."""
        return sum(self.sizes)


class Visitor:
    """One session; use it in a `with` block. `see()` is a first visit or a rerun of the page."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._socket = f"ws://{parts.netloc}/_stcore/stream"
        self._page, self._query = parts.path.strip("/"), parts.query
        self._script = ""
        self._kept: list[str] = []
        self.title = ""
        """The title that the menu gives the browser's tab; the page of a program or figure sets its own after it."""
        self.choices: dict[str, tuple[str, list[str]]] = {}
        """Label of a select box = (its id, its options); of several with one label the first: the scope."""

    def __enter__(self) -> Self:
        self._connection = connect(
            self._socket,
            subprotocols=["streamlit", "PLACEHOLDER_AUTH_TOKEN"],  # type: ignore[list-item]
            max_size=None,
            compression=None,
            proxy=None,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._connection.close()

    def see(self, **chosen: str) -> Answer:
        """Run the page; chosen: id of a select box (as `choices` has it) = the option to pick."""
        said = BackMsg()
        said.rerun_script.query_string = self._query
        if self._script:
            said.rerun_script.page_script_hash = self._script
        else:
            said.rerun_script.page_name = self._page
        said.rerun_script.cached_message_hashes.extend(self._kept)
        for widget, option in chosen.items():
            state = said.rerun_script.widget_states.widgets.add()
            state.id, state.string_value = widget, option
        self._connection.send(said.SerializeToString())
        self.title = ""
        answer = Answer()
        while True:
            frame = self._connection.recv(WAITS_S)
            assert isinstance(frame, bytes)
            message = ForwardMsg.FromString(frame)
            answer.sizes.append(len(frame))
            self._note(message, len(frame))
            if message.WhichOneof("type") == "script_finished":
                if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    continue
                return answer

    def _note(self, message: ForwardMsg, size: int) -> None:
        if message.metadata.cacheable and size >= KEPT_FROM_BYTES:
            self._kept.append(message.hash)
        kind = message.WhichOneof("type")
        if kind == "new_session" and not self._script:
            self._script = message.new_session.page_script_hash
        elif kind == "navigation":
            self._script = message.navigation.page_script_hash or self._script
        elif kind == "page_config_changed":
            self.title = self.title or message.page_config_changed.title
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "delta" and message.delta.new_element.alert.format == Alert.ERROR:
            raise RuntimeError(f"{self._page} has a part that could not be shown: what it costs would mean nothing")
        elif kind == "delta" and message.delta.new_element.WhichOneof("type") == "selectbox":
            box = message.delta.new_element.selectbox
            self.choices.setdefault(box.label, (box.id, list(box.options)))
