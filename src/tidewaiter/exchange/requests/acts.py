"""Acts: what a node may say to a request or in a joint case, as that stands."""

from typing import Literal

from tidewaiter.exchange.requests.folding import Asking
from tidewaiter.exchange.requests.joint import Decision, Offer, Taking, Together
from tidewaiter.exchange.requests.types import Answer, Delay, Refusal, Withdrawal

Act = Literal["answer", "refuse", "delay", "withdraw"]
JointAct = Literal["join", "decline", "leave", "bring", "decide"]

_ACTS: dict[type, Act] = {
    Answer: "answer",
    Refusal: "refuse",
    Delay: "delay",
    Withdrawal: "withdraw",
}
_PARTS: dict[str, JointAct] = {"joined": "join", "declined": "decline", "left": "leave"}


def act_of(said: Answer | Refusal | Delay | Withdrawal) -> Act:
    """Return which act something is that is said to a request."""
    return _ACTS[type(said)]


def acts(known: Asking, own: str) -> tuple[Act, ...]:
    """Return what a node may say to a request.

    An answer or a refusal can be told after all is answered: what was found since is told too.
    """
    if known.request is None or known.state == "withdrawn":
        return ()
    if own == known.asker:
        return ("withdraw",)
    if own != known.request.body.asked:
        return ()
    return ("answer", "refuse") if known.state == "done" else ("answer", "refuse", "delay")


def joint_act_of(said: Taking | Offer | Decision) -> JointAct:
    """Return which act something is that is said in a joint case."""
    if isinstance(said, Taking):
        return _PARTS[said.part]
    return "bring" if isinstance(said, Offer) else "decide"


def joint_acts(known: Together, own: str) -> tuple[JointAct, ...]:
    """Return what a node may say in a joint case."""
    side = known.sides.get(own)
    if side is None:
        return ()
    if side.part == "joined":
        return ("bring", "decide", "leave")
    return ("join", "decline") if side.part == "invited" else ("join",)
