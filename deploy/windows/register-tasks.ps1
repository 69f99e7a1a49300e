<#
.SYNOPSIS
    Registers Yakin with the Task Scheduler: started when Windows starts, started again when it fails, stopped in order.
    夜勤をタスク スケジューラに登録します(起動時に開始、失敗時に再開始、順序どおり停止)。

.DESCRIPTION
    Two tasks are made in the folder \Yakin:
      Yakin        runs "runner.py serve" for as long as Windows runs; nobody needs to be signed in.
      Yakin-Stop   lets it finish its current items and end: on demand, and when Windows is told to shut down.
    Both run as the account you name. It is asked for its password once; Windows keeps that, this script does not.
    Secrets in the Credential Manager must be those of the same account (runner.py secrets set NAME).
    Give the command in a PowerShell that was opened as administrator.

.PARAMETER Folder
    The installation; the folder two above this script when left out.

.PARAMETER Account
    The account to run as, such as TOWN\yakin. It needs the right "Log on as a batch job".

.PARAMETER Remove
    Takes both tasks away.

.EXAMPLE
    .\register-tasks.ps1 -Account TOWN\yakin
#>
[CmdletBinding()]
param(
    [string] $Folder = (Split-Path -Parent (Split-Path -Parent $PSScriptRoot)),
    [string] $Account,
    [switch] $Remove
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$TaskPath = '\Yakin\'
$Service = 'Yakin'
$Stop = 'Yakin-Stop'

if ($Remove) {
    foreach ($Name in $Service, $Stop) {
        Unregister-ScheduledTask -TaskPath $TaskPath -TaskName $Name -Confirm:$false -ErrorAction SilentlyContinue
    }
    Write-Host 'Both tasks are gone. / 両方のタスクを削除しました。'
    exit 0
}

$Python = Join-Path $Folder '.venv\Scripts\python.exe'
$Runner = Join-Path $Folder 'runner.py'
$Stopper = Join-Path $Folder 'deploy\windows\stop.py'
foreach ($Needed in $Python, $Runner, $Stopper) {
    if (-not (Test-Path -LiteralPath $Needed -PathType Leaf)) {
        Write-Error "$Needed is missing: install Yakin first. / $Needed がありません。先に夜勤をインストールしてください。"
    }
}
if (-not $Account) {
    Write-Error 'Name the account to run as: -Account TOWN\yakin / 実行するアカウントを -Account で指定してください。'
}
$Credential = Get-Credential -UserName $Account -Message 'Yakin'

$Always = New-ScheduledTaskSettingsSet `
    -ExecutionTimeLimit ([TimeSpan]::Zero) `
    -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) `
    -MultipleInstances IgnoreNew `
    -StartWhenAvailable `
    -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries `
    -Priority 5
$Serve = New-ScheduledTaskAction -Execute $Python -Argument "`"$Runner`" serve" -WorkingDirectory $Folder
$AtBoot = New-ScheduledTaskTrigger -AtStartup
$AtBoot.Delay = 'PT1M'

$Once = New-ScheduledTaskSettingsSet `
    -ExecutionTimeLimit (New-TimeSpan -Minutes 20) `
    -MultipleInstances IgnoreNew `
    -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
$End = New-ScheduledTaskAction -Execute $Python -Argument "`"$Stopper`"" -WorkingDirectory $Folder
# Event 1074: somebody, or an update, asked Windows to shut down or to start again.
$Class = Get-CimClass -Namespace 'Root/Microsoft/Windows/TaskScheduler' -ClassName 'MSFT_TaskEventTrigger'
$AtShutdown = New-CimInstance -CimClass $Class -ClientOnly
$AtShutdown.Enabled = $true
$AtShutdown.Subscription = @'
<QueryList><Query Id="0" Path="System"><Select Path="System">*[System[Provider[@Name='User32'] and EventID=1074]]</Select></Query></QueryList>
'@

$Registered = @{
    TaskPath = $TaskPath
    User     = $Credential.UserName
    Password = $Credential.GetNetworkCredential().Password
    Force    = $true
}
Register-ScheduledTask @Registered -TaskName $Service -Action $Serve -Trigger $AtBoot -Settings $Always `
    -Description 'Yakin: scheduler and worker / 夜勤:スケジューラと実行' | Out-Null
Register-ScheduledTask @Registered -TaskName $Stop -Action $End -Trigger $AtShutdown -Settings $Once `
    -Description 'Stops Yakin in order / 夜勤を順序どおり停止' | Out-Null

Write-Host 'Registered. Start now: Start-ScheduledTask -TaskPath \Yakin\ -TaskName Yakin'
Write-Host 'Stop in order:         Start-ScheduledTask -TaskPath \Yakin\ -TaskName Yakin-Stop'
Write-Host '登録しました。開始と停止は上の二つのコマンドです。'
