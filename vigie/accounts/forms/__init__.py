"""Parse what people type about themselves, about others, and to sign in."""

from vigie.accounts.forms.people import (
    AcceptForm,
    CorrectForm,
    DelegateForm,
    GiveRoleForm,
    InviteForm,
    JournalFilterForm,
    PeopleFilterForm,
)
from vigie.accounts.forms.profile import ProfileForm, ScopeForm, TokenForm
from vigie.accounts.forms.sign_in import (
    ActivateForm,
    ChangePasswordForm,
    CodeAgainForm,
    CodeForm,
    DemoForm,
    KeyForm,
    NewPasswordForm,
    PasswordAgainForm,
    RenameKeyForm,
    ResetForm,
    SetPasswordForm,
    SignInForm,
)

__all__ = [
    "AcceptForm",
    "ActivateForm",
    "ChangePasswordForm",
    "CodeAgainForm",
    "CodeForm",
    "CorrectForm",
    "DelegateForm",
    "DemoForm",
    "GiveRoleForm",
    "InviteForm",
    "JournalFilterForm",
    "KeyForm",
    "NewPasswordForm",
    "PasswordAgainForm",
    "PeopleFilterForm",
    "ProfileForm",
    "RenameKeyForm",
    "ResetForm",
    "ScopeForm",
    "SetPasswordForm",
    "SignInForm",
    "TokenForm",
]
