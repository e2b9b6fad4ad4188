from typing import Annotated, Optional

from pydantic import BaseModel, ConfigDict, Field


class Line(BaseModel):
    # What is not named here is refused: a misspelt field is told, not lost. Strict: "2" is no number.
    model_config = ConfigDict(extra='forbid', strict=True)
    item: Annotated[str, Field(min_length=1, max_length=100)]
    quantity: Annotated[int, Field(ge=1, le=1000)]
    cents: Annotated[int, Field(ge=0, le=10_000_000)]


class Order(BaseModel):
    model_config = ConfigDict(extra='forbid', strict=True)
    customer: Annotated[str, Field(pattern=r'^[^@\s]+@[^@\s]+\.[^@\s]+$', max_length=254)]
    lines: Annotated[list[Line], Field(min_length=1, max_length=100)]
    note: Annotated[Optional[str], Field(max_length=500)] = None

    @property
    def total(self):
        """In cents, so that nothing is rounded."""
        return sum(line.quantity * line.cents for line in self.lines)
