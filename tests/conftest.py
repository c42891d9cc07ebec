"""What several tests share."""

import sys
from pathlib import Path

import pytest
import xlsxwriter

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory):
    """What tests keep of their sending is their own, never the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture
def write_xlsx(tmp_path):
    """A function that writes sheets, as lists of rows, to a real .xlsx file."""

    def write(content, name="登记.xlsx"):
        path = tmp_path / name
        with xlsxwriter.Workbook(
            path, {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
        ) as book:
            for title, rows in content.items():
                sheet = book.add_worksheet(title)
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)
        return path

    return write


from standins.fixtures import mail_server, post_office, sheets  # noqa: E402, F401 the path is set above
