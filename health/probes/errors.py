"""Why a probe brought no good answer. The messages are shown in public: plain words, no address, nothing internal."""


class ProbeError(Exception):
    """The service counts as down, for the reason in the message."""


class ForbiddenAddressError(ProbeError):
    """The rules do not let a probe go there; nothing was sent."""

    def __init__(self) -> None:
        super().__init__("its address may not be probed")


class UnknownNameError(ProbeError):
    """The name of the host means no address."""

    def __init__(self) -> None:
        super().__init__("its name has no address")


class AnswerTooLargeError(ProbeError):
    """More came than a probe reads."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"answer larger than {limit} bytes")


class BadAnswerError(ProbeError):
    """Something came that the protocol does not allow."""

    def __init__(self, protocol: str) -> None:
        super().__init__(f"not a valid {protocol} answer")


class RefusedCredentialsError(ProbeError):
    """The service is there, but does not let us in."""

    def __init__(self) -> None:
        super().__init__("refuses the credentials")
